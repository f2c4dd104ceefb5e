interface Arrived { uuid: string }

/**
 * offerDetails lets the details be filled in while the file is on its way: the fields of the plain form move into the
 * form of the page that is marked data-upload-details, which is sent once the video exists.
 */
export function offerDetails(uploader: HTMLElement) {
  const form = document.querySelector<HTMLFormElement>('form[data-upload-details]')
  const fields = uploader.querySelector<HTMLElement>('[data-upload-fields]')
  if (!form || !fields) return
  const wait = form.querySelector<HTMLElement>('[data-upload-wait]')
  const address = form.dataset.uploadDetails ?? ''
  let video: Arrived | undefined
  let isWanted = false

  form.querySelector('.form-actions')?.before(fields)
  uploader.addEventListener('lucarne:uploading', event => {
    form.hidden = false
    const name = fields.querySelector<HTMLInputElement>('[name="name"]')
    if (name && name.value === '') name.value = titleOf((event as CustomEvent<{ file: File }>).detail.file.name)
    name?.focus()
  })
  uploader.addEventListener('lucarne:uploaded', event => {
    video = (event as CustomEvent<Arrived>).detail
    form.action = address.replace('{uuid}', encodeURIComponent(video.uuid))
    if (isWanted) form.submit()
  })
  form.addEventListener('submit', event => {
    if (video) return
    event.preventDefault()
    isWanted = true
    if (wait) wait.hidden = false
  })
}

function titleOf(filename: string): string {
  return filename.replace(/\.[^.]+$/, '').replaceAll('_', ' ').slice(0, 120)
}
